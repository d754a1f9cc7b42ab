import { arranged, scaled } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

/** The sum, in the arrangement of the first value. */
export const add: LayerEmitter<'add'> = {
  kind: 'add',
  emit: (emission, _placed, given) => {
    const { graph, tape } = emission;
    const inputs = given.map((value) => scaled(emission, arranged(emission, value, given[0].arrangement)));
    const name = inputs.map((value) => value.name).reduce((sum, value) => graph.op('Add', [sum, value]));
    tape.record(name, (gradient) => {
      for (const input of inputs) tape.accumulate(input, gradient);
    });
    return { ...inputs[0], name, needsGradient: inputs.some(({ needsGradient }) => needsGradient) };
  },
};
