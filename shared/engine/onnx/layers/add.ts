import { arranged, scaled } from '../arrange.js';
import type { LayerEmitter } from './emitter.js';

/** The sum, in the arrangement of the first value that has another than that of the data. */
export const add: LayerEmitter<'add'> = {
  kind: 'add',
  emit: (emission, _placed, given) => {
    const { graph, tape } = emission;
    const { arrangement } = given.find((value) => value.arrangement !== 'channelsLast') ?? given[0];
    const inputs = given.map((value) => scaled(emission, arranged(emission, value, arrangement)));
    const name = inputs.map((value) => value.name).reduce((sum, value) => graph.op('Add', [sum, value]));
    tape.record(name, (gradient) => {
      for (const input of inputs) tape.accumulate(input, gradient);
    });
    return { ...inputs[0], name, needsGradient: inputs.some(({ needsGradient }) => needsGradient) };
  },
};
