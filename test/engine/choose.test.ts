import { describe, expect, test } from 'vitest';
import { chooseEngine, type EngineOpeners } from '../../shared/engine/choose.js';
import { CodedError } from '../../shared/util/errors.js';

const unavailable = async (): Promise<never> => {
  throw new CodedError('engine/unavailable', 'onnxruntime-node does not load: no such platform.');
};

describe('chooseEngine', () => {
  test('auto takes onnx, in its fast form', async () => {
    const { engine, reason } = await chooseEngine('auto');
    expect(engine.name).toBe('onnx');
    expect(engine.version).toMatch(/^\d+\.\d+\.\d+ fast(-8|-16)?$/);
    expect(reason).not.toBe('');
  });

  test('tfjs says which back end it has, and why', async () => {
    const { engine, reason } = await chooseEngine('tfjs');
    expect(engine.version).toMatch(/^\d+\.\d+\.\d+ (native|wasm|cpu)$/);
    expect(reason).toContain('native binding');
  });

  test('auto takes tfjs where onnxruntime does not load, and says so', async () => {
    const openers: EngineOpeners = {
      onnx: unavailable,
      tfjs: async () => ({ engine: (await chooseEngine('tfjs')).engine, reason: 'Taken instead.' }),
    };
    const { engine, reason } = await chooseEngine('auto', openers);
    expect(engine.name).toBe('tfjs');
    expect(reason).toBe('onnxruntime-node does not load: no such platform. Taken instead.');
  });

  test('an engine asked for by name is never replaced; a fault of the program is never hidden', async () => {
    const openers: EngineOpeners = { onnx: unavailable, tfjs: unavailable };
    await expect(chooseEngine('onnx', openers)).rejects.toMatchObject({ code: 'engine/unavailable', exitCode: 2 });
    const broken: EngineOpeners = {
      ...openers,
      onnx: async () => {
        throw new TypeError('a fault');
      },
    };
    await expect(chooseEngine('auto', broken)).rejects.toThrow(TypeError);
  });
});
