import type { LayerName, PlacedLayer } from '../../models/network.js';
import { isPooledConvolution, pooledConvolution } from './blocked/pooled-convolution.js';
import { blockedEmitters } from './blocked/index.js';
import { isActivated } from '../quantized.js';
import { quantizedValue } from './fake-quantization.js';
import type { Emission, FastEmitter, LayerEmitter, ParameterForm } from './layers/emitter.js';
import { wideDense } from './layers/wide-dense.js';
import { layerEmitters } from './layers/index.js';
import type { ChannelBlock, Value } from './tape.js';

/** Layers that are computed together: one in the plain form, more where a fast form joins neighbours. */
export interface Unit {
  /** Names of the values that it takes. */
  readonly from: readonly string[];
  /** The name of the value that it gives. */
  readonly gives: string;
  /** Whether the value is that of an activation function. */
  readonly isActivated: boolean;
  /** Forms of its parameters other than the canonical one, by their names in the layout. */
  readonly parameterForms: ReadonlyMap<string, ParameterForm>;
  emit(emission: Emission, inputs: readonly Value[]): Value;
}

const emitterOf = ({ kind }: PlacedLayer): LayerEmitter<LayerName> => layerEmitters[kind] as LayerEmitter<LayerName>;

/** A layer by itself. */
const unitOf = (placed: PlacedLayer, emitter: LayerEmitter<LayerName>): Unit => {
  const forms = Object.entries(emitter.parameterForms?.(placed) ?? {});
  return {
    from: placed.from,
    gives: placed.name,
    isActivated: isActivated(placed),
    parameterForms: new Map(forms.map(([short, form]) => [placed.tensors[short], form])),
    emit: (emission, inputs) => emitter.emit(emission, placed, inputs),
  };
};

/** Rows up to which a dense layer's time is that of reading its kernel. */
const fewRows = 64;

/** How layers are computed. */
export interface UnitRules {
  /** Channels of a block for the runtime's blocked kernels; 0: plain operators for all. */
  readonly channelBlock: ChannelBlock;
  /** The name of the value that is the examples themselves. */
  readonly data: string;
  /** Rows of a batch that is trained on, where forms for few rows may be taken; else −1. */
  readonly rows: number;
  /** Layers whose own values are wanted, so that they are not joined with others. */
  readonly apart?: ReadonlySet<string>;
}

/** Every layer by plain operators. */
export const plainRules: UnitRules = { channelBlock: 0, data: '', rows: -1 };

/** The next layer, if it alone takes a layer's value. */
const soleTaker = (layers: readonly PlacedLayer[], index: number): PlacedLayer | undefined => {
  const takers = layers.filter(({ from }) => from.includes(layers[index].name));
  return takers.length === 1 && takers[0] === layers[index + 1] ? takers[0] : undefined;
};

/** How a network's layers are computed, in order. */
export const planUnits = (layers: readonly PlacedLayer[], rules: UnitRules): readonly Unit[] => {
  const { channelBlock, data, rows, apart } = rules;
  const blocked = {
    ...(channelBlock === 0 ? {} : blockedEmitters(channelBlock)),
    ...(rows > 0 && rows <= fewRows ? { dense: wideDense } : {}),
  };
  const units: Unit[] = [];
  for (let i = 0; i < layers.length; i++) {
    const placed = layers[i];
    const isData = placed.from[0] === data;
    const next = soleTaker(layers, i);
    const joins = channelBlock !== 0 && apart?.has(placed.name) !== true;
    if (joins && isPooledConvolution(placed, next, channelBlock, isData)) {
      units.push(pooledConvolution(placed as PlacedLayer<'conv2d'>, next as PlacedLayer<'maxPooling2d'>, channelBlock));
      i++;
    } else {
      const fast = blocked[placed.kind] as FastEmitter<LayerName> | undefined;
      units.push(unitOf(placed, fast?.suits(placed, isData) ? fast : emitterOf(placed)));
    }
  }
  return units;
};

/** The forms of all parameters that have another than the canonical one. */
export const parameterFormsOf = (units: readonly Unit[]): ReadonlyMap<string, ParameterForm> =>
  new Map(units.flatMap(({ parameterForms }) => [...parameterForms]));

/**
 * Emits units one after the other.
 * @param values by name; gets the units' values too
 * @param activationBits of fake quantization, null for none
 */
export const emitUnits = (
  emission: Emission,
  units: readonly Unit[],
  values: Map<string, Value>,
  activationBits: number | null = null,
): void => {
  for (const { from, gives, emit, isActivated } of units) {
    const inputs = from.map((name) => values.get(name));
    if (inputs.includes(undefined)) throw new Error(`no value for ${from.join()}`);
    emission.graph.label = gives;
    const value = emit(emission, inputs as Value[]);
    const isQuantized = activationBits !== null && isActivated;
    values.set(gives, isQuantized ? quantizedValue(emission, value, activationBits) : value);
    emission.graph.label = '';
  }
};
