import type { Loss } from '../engine.js';
import { integer, type GraphBuilder } from './graph.js';

/** How a loss is computed, for logits [..., classes]. */
export interface LossWriter {
  /** Whether it needs a teacher's logits. */
  readonly isTaught: boolean;
  /**
   * What a step compares its logits with, [..., classes] each, made once for all steps.
   * @param labels one-hot. @param teacher logits, where the loss is taught
   */
  targets(graph: GraphBuilder, labels: string, teacher: string): string[];
  /** The gradient of each row's loss with respect to its logits [rows, classes]. @param targets of the step */
  gradient(graph: GraphBuilder, logits: string, targets: readonly string[]): string;
  /** Each row's loss [...]. @param targets of all steps */
  rowLosses(graph: GraphBuilder, logits: string, targets: readonly string[]): string;
}

const softmax = (graph: GraphBuilder, logits: string): string => graph.op('Softmax', [logits], { axis: integer(-1) });
const logSoftmax = (graph: GraphBuilder, logits: string): string =>
  graph.op('LogSoftmax', [logits], { axis: integer(-1) });
const sumOfClasses = (graph: GraphBuilder, value: string): string =>
  graph.op('ReduceSum', [value, graph.vector(-1)], { keepdims: integer(0) });
const times = (graph: GraphBuilder, value: string, factor: number): string =>
  factor === 1 ? value : graph.op('Mul', [value, graph.number(factor)]);

/** −Σ target · log softmax(logits) over the classes. */
export const crossEntropy = (graph: GraphBuilder, logits: string, targets: string): string =>
  graph.op('Neg', [sumOfClasses(graph, graph.op('Mul', [logSoftmax(graph, logits), targets]))]);

const crossEntropyLoss = (smoothing: number, classes: number): LossWriter => ({
  isTaught: false,
  targets: (graph, labels) =>
    smoothing === 0
      ? [labels]
      : [graph.op('Add', [times(graph, labels, 1 - smoothing), graph.number(smoothing / classes)])],
  gradient: (graph, logits, [targets]) => graph.op('Sub', [softmax(graph, logits), targets]),
  rowLosses: (graph, logits, [targets]) => crossEntropy(graph, logits, targets),
});

const meanSquaredError = (classes: number): LossWriter => ({
  isTaught: false,
  targets: (_graph, labels) => [labels],
  gradient: (graph, logits, [labels]) => times(graph, graph.op('Sub', [logits, labels]), 2 / classes),
  rowLosses: (graph, logits, [labels]) => {
    const difference = graph.op('Sub', [logits, labels]);
    return times(graph, sumOfClasses(graph, graph.op('Mul', [difference, difference])), 1 / classes);
  },
});

/** The gradient of τ² · KL is τ · (softmax(logits / τ) − softmax(teacher / τ)). */
const distillation = ({ temperature, alpha }: Loss & { kind: 'distillation' }): LossWriter => ({
  isTaught: true,
  targets: (graph, labels, teacher) => [labels, logSoftmax(graph, times(graph, teacher, 1 / temperature))],
  gradient: (graph, logits, [labels, teacher]) => {
    const soft = softmax(graph, times(graph, logits, 1 / temperature));
    const taught = graph.op('Sub', [soft, graph.op('Exp', [teacher])]);
    const own = graph.op('Sub', [softmax(graph, logits), labels]);
    return graph.op('Add', [times(graph, taught, alpha * temperature), times(graph, own, 1 - alpha)]);
  },
  rowLosses: (graph, logits, [labels, teacher]) => {
    const soft = logSoftmax(graph, times(graph, logits, 1 / temperature));
    const terms = graph.op('Mul', [graph.op('Exp', [teacher]), graph.op('Sub', [teacher, soft])]);
    const taught = times(graph, sumOfClasses(graph, terms), alpha * temperature ** 2);
    return graph.op('Add', [taught, times(graph, crossEntropy(graph, logits, labels), 1 - alpha)]);
  },
});

export const lossWriter = (loss: Loss, classes: number): LossWriter => {
  switch (loss.kind) {
    case 'crossEntropy':
      return crossEntropyLoss(loss.labelSmoothing, classes);
    case 'meanSquaredError':
      return meanSquaredError(classes);
    case 'distillation':
      return distillation(loss);
  }
};
