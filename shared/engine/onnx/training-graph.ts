import type { TensorSpec } from '../../params/layout.js';
import { crossEntropy, type TrainingSpec } from '../engine.js';
import { targetSizes } from '../features.js';
import { floatTensors, isChanged, isTrained } from '../tensors.js';
import { BlockWriter, type StepEntries, type TrainingForm } from './block.js';
import { declareData, declaredShape, entryOf, gatherExamples, oneHot, parameterInput } from './forward.js';
import { GraphBuilder, integer } from './graph.js';
import type { ParameterForm } from './layers/emitter.js';
import { lossWriter } from './losses.js';
import { optimizerWriter } from './optimizers/index.js';
import { scan, type Sequence, type State } from './scan.js';
import { CollectedSteps, fusedSteps, isFused, type CollectedOptions, type HookValues } from './steps.js';
import { parameterFormsOf, planUnits } from './units.js';
import { weightWriters } from './weights/index.js';
import type { WeightWriter } from './weights/weight-writer.js';

/** The keep-masks of a dropout layer. */
export const dropoutInput = (layer: string): string => `dropout/${layer}`;

/** Numbers that a {@link WeightWriter} needs: the same in all steps, or drawn for each. */
export const constantInput = (tensor: string): string => `constant/${tensor}`;
export const drawsInput = (tensor: string): string => `draws/${tensor}`;

/** The targets of a feature loss, by its place in the program's list. */
export const featureInput = (index: number): string => `feature/${index}`;

export const parameterOutput = (name: string): string => `trained/${name}`;

/** Vectors that hooks read, one entry a parameter. */
export type HookVector = 'center' | 'correction' | 'mask';

export const hookInput = (vector: HookVector, name: string): string => `${vector}/${name}`;

/** The tensors of which a hook's vector has a part: the mask is of all that a step changes. */
export const hookTensors = (vector: HookVector, { network }: TrainingSpec): readonly TensorSpec[] =>
  floatTensors(network.layout).filter(vector === 'mask' ? isChanged : isTrained);

/** Which vectors a program's hooks read. */
export const hookVectors = ({ hooks = [] }: TrainingSpec): readonly HookVector[] =>
  hooks.map((hook) => (hook === 'proximal' ? 'center' : hook));

/** Writes the graph of one program. */
class TrainingGraph {
  private readonly graph = new GraphBuilder();
  private readonly units;
  private readonly forms: ReadonlyMap<string, ParameterForm>;
  private readonly writers: readonly WeightWriter[];

  constructor(
    private readonly spec: TrainingSpec,
    private readonly form: TrainingForm,
  ) {
    const { layers, gives } = entryOf(spec.network);
    const rows = form.channelBlock === 0 ? -1 : form.batch;
    const apart = new Set(spec.features?.map(({ layer }) => layer));
    this.units = planUnits(layers, { channelBlock: form.channelBlock, data: gives, rows, apart });
    this.forms = parameterFormsOf(this.units);
    this.writers = weightWriters(spec);
  }

  private native(name: string, canonical: string, graph = this.graph): string {
    return this.forms.get(name)?.toNative(graph, canonical) ?? canonical;
  }

  private nativeShape({ name, shape }: TensorSpec): readonly number[] {
    return this.forms.get(name)?.shape ?? declaredShape(shape);
  }

  /** A tensor that comes in as the layout has it, in its native form. */
  private declared(input: string, { name, shape }: TensorSpec): string {
    return this.native(name, this.graph.input(input, 'float32', declaredShape(shape)));
  }

  private hookValues(): HookValues {
    const { graph, spec } = this;
    const values = (vector: HookVector): Map<string, string> =>
      hookVectors(spec).includes(vector)
        ? new Map(
            hookTensors(vector, spec).map((tensor) => [
              tensor.name,
              this.declared(hookInput(vector, tensor.name), tensor),
            ]),
          )
        : new Map();
    return {
      mu: spec.hooks?.includes('proximal') ? graph.input('mu', 'float32', []) : '',
      center: values('center'),
      correction: values('correction'),
      mask: values('mask'),
    };
  }

  /** The tensors of writers that need something. */
  private tensorsFor(needs: (writer: WeightWriter) => boolean): readonly TensorSpec[] {
    const names = new Set(this.writers.filter(needs).flatMap(({ tensors }) => [...tensors]));
    return floatTensors(this.spec.network.layout).filter(({ name }) => names.has(name));
  }

  /** Cuts a sequence of blocks into one for each step of a block. @param shape of a step's entry */
  private perStep(value: string, type: Sequence['type'], shape: readonly number[]): Sequence[] {
    const { graph, form } = this;
    return graph.split(value, form.blockSteps, 1).map((part) => ({ value: part, type, shape }));
  }

  private column(values: string): Sequence[] {
    const { graph, form } = this;
    return this.perStep(graph.op('Unsqueeze', [values, graph.vector(2)]), 'float32', [form.batch, 1]);
  }

  write(): Uint8Array {
    const { graph, spec, form, units, forms } = this;
    const { network } = spec;
    const { classes } = network.network;
    const { batch, blockSteps } = form;
    const blockRows = batch * blockSteps;
    const { shape: inputShape } = entryOf(network);
    const fused = isFused(spec);
    const loss = lossWriter(spec.loss ?? crossEntropy, classes);
    const optimizer = optimizerWriter(spec.optimizer);

    const data = declareData(graph, form.data, inputShape);
    const labels = graph.input('labels', 'uint8', ['examples']);
    const indices = graph.input('indices', 'int32', ['blocks', blockRows]);
    const weights = graph.input('weights', 'float32', ['blocks', blockRows]);
    const learningRate = graph.input('learningRate', 'float32', []);
    const teacher = loss.isTaught ? graph.input('teacher', 'float32', ['blocks', blockRows, classes]) : '';
    const tensors = floatTensors(network.layout);
    const native = new Map(tensors.map((tensor) => [tensor.name, this.declared(parameterInput(tensor.name), tensor)]));
    const hooks = this.hookValues();
    const constants = new Map(
      this.tensorsFor((writer) => writer.constants !== undefined).map((tensor) => [
        tensor.name,
        this.declared(constantInput(tensor.name), tensor),
      ]),
    );
    const changed = tensors.filter(isChanged);
    const trained = tensors.filter(isTrained);

    const targets = loss.targets(graph, oneHot(graph, labels, indices, classes), teacher);
    // Fused steps: gradients carry −learningRate from the start; see SgdUpdates.
    const factors = fused ? graph.op('Mul', [weights, graph.op('Neg', [learningRate])]) : weights;
    const readsWeights =
      network.layers.some(({ kind }) => kind === 'batchNormalization') ||
      (spec.fakeQuantization?.activationBits ?? null) !== null;
    const dropouts = network.layers.filter(({ kind }) => kind === 'dropout');
    const drawn = this.tensorsFor(({ isDrawn }) => isDrawn);
    const sizes = targetSizes(spec);
    const perStep: Sequence[][] = [
      ...targets.map((value) => this.perStep(value, 'float32', [batch, classes])),
      this.column(factors),
      ...(fused && readsWeights ? [this.column(weights)] : []),
      ...dropouts.map(({ name, outputShape }) => {
        const masks = graph.input(dropoutInput(name), 'uint8', ['blocks', blockRows, ...outputShape]);
        return this.perStep(masks, 'uint8', [batch, ...outputShape]);
      }),
      ...sizes
        .map((size, i) => ({ size, name: featureInput(i) }))
        .filter(({ size }) => size > 0)
        .map(({ size, name }) =>
          this.perStep(graph.input(name, 'float32', ['blocks', blockRows, size]), 'float32', [batch, size]),
        ),
      // Only programs of one step a block draw.
      ...drawn.map((tensor): Sequence[] => {
        const shape = declaredShape(tensor.shape);
        const value = graph.input(drawsInput(tensor.name), 'uint16', ['blocks', ...shape]);
        return [{ value, type: 'uint16', shape }];
      }),
    ];
    /** What step `step` of a block reads; `at` gives the entry of a sequence by its place in `perStep`. */
    const entriesOf = (body: GraphBuilder, at: (sequence: number) => string): StepEntries => {
      let next = targets.length;
      const factors = at(next++);
      const rowWeights = fused && readsWeights ? at(next++) : factors;
      const dropout = new Map(dropouts.map(({ name }) => [name, body.cast(at(next++), 'float32')]));
      const features = sizes.map((size) => (size > 0 ? at(next++) : ''));
      const draws = new Map(drawn.map(({ name }) => [name, this.native(name, body.cast(at(next++), 'float32'), body)]));
      return { targets: targets.map((_, i) => at(i)), factors, rowWeights, dropout, draws, features };
    };

    const zeros = (tensor: TensorSpec): string =>
      graph.op('ConstantOfShape', [graph.vector(...this.nativeShape(tensor))]);
    const slotStates = fused
      ? []
      : trained.flatMap((tensor) =>
          optimizer.slots.map((): State => ({
            value: zeros(tensor),
            type: 'float32',
            shape: this.nativeShape(tensor),
          })),
        );
    const scalarStates = fused
      ? []
      : optimizer.scalars.map((value): State => ({ value: graph.number(value), type: 'float32', shape: [] }));
    const parameterStates = changed.map((tensor): State => ({
      value: native.get(tensor.name) ?? '',
      type: 'float32',
      shape: this.nativeShape(tensor),
    }));
    const states = [...parameterStates, ...slotStates, ...scalarStates];
    const sequences: Sequence[] = [{ value: indices, type: 'int32', shape: [blockRows] }, ...perStep.flat()];

    const result = scan(graph, states, sequences, (body, values, [rows, ...entries]) => {
      const current = new Map(native);
      changed.forEach(({ name }, i) => current.set(name, values[i]));
      const count = optimizer.slots.length;
      const slotValues = values.slice(changed.length, changed.length + slotStates.length);
      const collected: CollectedOptions = {
        spec,
        optimizer,
        learningRate,
        hooks,
        current,
        slots: new Map(trained.map(({ name }, i) => [name, slotValues.slice(i * count, (i + 1) * count)])),
        scalars: values.slice(changed.length + slotStates.length),
      };
      const steps = fused ? fusedSteps(body, current, spec) : new CollectedSteps(body, collected);
      const input = gatherExamples(body, data, rows, form.data, inputShape);
      const weights = { writers: this.writers, constants };
      const block = new BlockWriter(body, spec, form, units, input, current, steps, loss, weights);
      for (let step = 0; step < blockSteps; step++) {
        block.step(entriesOf(body, (sequence) => entries[sequence * blockSteps + step]));
      }
      block.finish();
      const slots = fused ? [] : trained.flatMap(({ name }) => collected.slots.get(name) ?? []);
      return {
        states: [...changed.map(({ name }) => current.get(name) ?? ''), ...slots, ...(fused ? [] : collected.scalars)],
        outputs: [
          ...block.logits.map((value) => ({ value, type: 'float32' as const, shape: [batch, classes] })),
          ...block.featureLosses.map((value) => ({ value, type: 'float32' as const, shape: [] })),
        ],
      };
    });
    changed.forEach(({ name, shape }, i) => {
      const canonical = forms.get(name)?.toCanonical(graph, result.states[i]) ?? result.states[i];
      graph.output(parameterOutput(name), canonical, 'float32', declaredShape(shape));
    });
    // The losses of all steps at once, after the loop: there they would cost nodes in every step.
    const logits = graph.concat(result.outputs.slice(0, blockSteps), 1);
    const rowLosses = loss.rowLosses(graph, logits, targets);
    const weighted = graph.reshape(graph.op('Mul', [rowLosses, weights]), -1, batch);
    const own = graph.op('ReduceSum', [weighted, graph.vector(1)], { keepdims: integer(0) });
    const losses = result.outputs.slice(blockSteps).reduce((sum, value) => graph.op('Add', [sum, value]), own);
    graph.output('losses', losses, 'float32', ['steps']);
    return graph.toModel();
  }
}

/**
 * The model that trains one client: all its steps in one Scan. Inputs: `data`, `labels`, `indices` and `weights`
 * [blocks, blockSteps · batch], `learningRate`, `parameter/NAME`, and where the program asks for them `teacher` [blocks,
 * blockSteps · batch, classes], `feature/INDEX` [blocks, blockSteps · batch, size], `dropout/LAYER` [blocks, blockSteps · batch, ...shape], `mu`, `center/NAME`,
 * `correction/NAME`, `mask/NAME`, `constant/NAME` and `draws/NAME` [blocks, ...shape]. Outputs: `trained/NAME` and `losses` [blocks · blockSteps]. The number of blocks and
 * of examples are free, so that one session serves every client.
 */
export const trainingModel = (spec: TrainingSpec, form: TrainingForm): Uint8Array =>
  new TrainingGraph(spec, form).write();
