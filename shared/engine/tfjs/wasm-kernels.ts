import type { KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/*
 * Kernels that the WebAssembly back end lacks for training convolutions, made of kernels that it has: products and sums
 * over what each tap of the window saw. For convolutions without padding, as the layers here call them.
 */

type KernelFunction = NonNullable<KernelConfig['kernelFunc']>;
type Backend = Parameters<KernelFunction>[0]['backend'] & { disposeData(id: object): void };

/** One tap of a window on images [rows, height, width, channels]. */
interface Tap {
  readonly row: number;
  readonly column: number;
}

interface Sizes {
  readonly taps: readonly Tap[];
  readonly strides: readonly [number, number];
  readonly output: readonly [height: number, width: number];
}

const sizesOf = (filterShape: readonly number[], strides: unknown, gradient: TensorInfo): Sizes => {
  const [height, width] = filterShape;
  const taps = Array.from({ length: height * width }, (_, i) => ({ row: Math.floor(i / width), column: i % width }));
  const pair = (Array.isArray(strides) ? strides : [strides, strides]) as [number, number];
  return { taps, strides: pair, output: [gradient.shape[1], gradient.shape[2]] };
};

/** Calls kernels of the back end; everything but the results is freed at the end. */
class Calls {
  private readonly made: TensorInfo[] = [];

  constructor(
    private readonly tf: TensorFlow,
    private readonly backend: Backend,
  ) {}

  call(name: string, inputs: Record<string, TensorInfo> | TensorInfo[], attrs: NamedAttrMap): TensorInfo {
    const kernel = this.tf.getKernel(name, 'wasm').kernelFunc;
    const result = kernel({ inputs: inputs as never, backend: this.backend, attrs }) as TensorInfo;
    this.made.push(result);
    return result;
  }

  /** The same memory in another shape. */
  view({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
    return { dataId, dtype, shape: [...shape] };
  }

  /** What a tap saw at each position of the output. */
  seen(x: TensorInfo, { row, column }: Tap, { strides: [down, right], output: [height, width] }: Sizes): TensorInfo {
    const [rows, , , channels] = x.shape;
    return this.call(
      'StridedSlice',
      { x },
      {
        begin: [0, row, column, 0],
        end: [rows, row + down * (height - 1) + 1, column + right * (width - 1) + 1, channels],
        strides: [1, down, right, 1],
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
    );
  }

  /** Frees all that was made but the result. */
  finish(result: TensorInfo): TensorInfo {
    for (const { dataId } of this.made) if (dataId !== result.dataId) this.backend.disposeData(dataId);
    return result;
  }
}

const requireValid = (attrs: NamedAttrMap): void => {
  if (attrs['pad'] !== 'valid') throw new Error(`padding ${String(attrs['pad'])} is not built`);
};

/** What a kernel's gradient is computed from. */
interface FilterGradient {
  readonly calls: Calls;
  readonly x: TensorInfo;
  readonly dy: TensorInfo;
  readonly filterShape: readonly number[];
  readonly sizes: Sizes;
  /** Of the output, over all rows. */
  readonly positions: number;
}

/** @param compute the gradient, in any shape */
const backpropFilter =
  (tf: TensorFlow, compute: (given: FilterGradient) => TensorInfo): KernelFunction =>
  ({ inputs, backend, attrs = {} }) => {
    const { x, dy } = inputs as Record<'x' | 'dy', TensorInfo>;
    requireValid(attrs);
    const filterShape = attrs['filterShape'] as number[];
    const sizes = sizesOf(filterShape, attrs['strides'], dy);
    const positions = dy.shape[0] * dy.shape[1] * dy.shape[2];
    const calls = new Calls(tf, backend as Backend);
    const gradient = compute({ calls, x, dy, filterShape, sizes, positions });
    return calls.finish(calls.view(gradient, filterShape));
  };

/** [taps · in, positions] · [positions, out] */
const convolutionFilter = ({ calls, x, dy, filterShape, sizes, positions }: FilterGradient): TensorInfo => {
  const [, , channels, outputs] = filterShape;
  const rows = sizes.taps.map((tap) => {
    const seen = calls.view(calls.seen(x, tap, sizes), [positions, channels]);
    return calls.call('Transpose', { x: seen }, { perm: [1, 0] });
  });
  const all = calls.call('Concat', rows, { axis: 0 });
  return calls.call(
    'BatchMatMul',
    {
      a: calls.view(all, [1, sizes.taps.length * channels, positions]),
      b: calls.view(dy, [1, positions, outputs]),
    },
    { transposeA: false, transposeB: false },
  );
};

/** Each channel's sum of what the tap saw times the gradient. */
const depthwiseFilter = ({ calls, x, dy, filterShape, sizes, positions }: FilterGradient): TensorInfo => {
  const [, , channels, multiplier] = filterShape;
  const gradient = calls.view(dy, [positions, channels, multiplier]);
  const sums = sizes.taps.map((tap) => {
    const seen = calls.view(calls.seen(x, tap, sizes), [positions, channels, 1]);
    const product = calls.call('Multiply', { a: seen, b: gradient }, {});
    return calls.view(calls.call('Sum', { x: product }, { axis: 0, keepDims: false }), [1, channels * multiplier]);
  });
  return calls.call('Concat', sums, { axis: 0 });
};

/** The gradient with zeros between its positions, moved to the tap's place, times the tap; all taps together. */
const depthwiseBackpropInput =
  (tf: TensorFlow): KernelFunction =>
  ({ inputs, backend, attrs = {} }) => {
    const { dy, filter } = inputs as Record<'dy' | 'filter', TensorInfo>;
    requireValid(attrs);
    const inputShape = attrs['inputShape'] as number[];
    const sizes = sizesOf(filter.shape, attrs['strides'], dy);
    const [rows, height, width, channels] = inputShape;
    const multiplier = filter.shape[3];
    const [down, right] = sizes.strides;
    const [outputHeight, outputWidth] = sizes.output;
    const calls = new Calls(tf, backend as Backend);
    const pad = (x: TensorInfo, paddings: [number, number][]): TensorInfo =>
      calls.call('PadV2', { x }, { paddings: paddings as never, constantValue: 0 });
    const taps = calls.view(filter, [sizes.taps.length, channels, multiplier]);
    const gradient = calls.view(dy, [rows * outputHeight * outputWidth, channels, multiplier]);
    let sum: TensorInfo | null = null;
    for (const [i, { row, column }] of sizes.taps.entries()) {
      const weights = calls.call('Slice', { x: taps }, { begin: [i, 0, 0], size: [1, channels, multiplier] });
      const product = calls.call('Multiply', { a: gradient, b: weights }, {});
      const part = calls.call('Sum', { x: product }, { axis: 2, keepDims: false });
      const wide = pad(calls.view(part, [rows * outputHeight, outputWidth, 1, channels]), [
        [0, 0],
        [0, 0],
        [0, right - 1],
        [0, 0],
      ]);
      const line = outputWidth * right * channels;
      const spread = pad(calls.view(wide, [rows, outputHeight, 1, line]), [
        [0, 0],
        [0, 0],
        [0, down - 1],
        [0, 0],
      ]);
      const size: [number, number] = [(outputHeight - 1) * down + 1, (outputWidth - 1) * right + 1];
      const image = calls.view(spread, [rows, outputHeight * down, outputWidth * right, channels]);
      const cut = calls.call('Slice', { x: image }, { begin: [0, 0, 0, 0], size: [rows, ...size, channels] });
      const placed = pad(cut, [
        [0, 0],
        [row, height - row - size[0]],
        [column, width - column - size[1]],
        [0, 0],
      ]);
      sum = sum === null ? placed : calls.call('Add', { a: sum, b: placed }, {});
    }
    return calls.finish(sum ?? dy);
  };

/** Registers the kernels that are missing. */
export const addWasmKernels = (tf: TensorFlow): void => {
  const kernels: Readonly<Record<string, KernelFunction>> = {
    Conv2DBackpropFilter: backpropFilter(tf, convolutionFilter),
    DepthwiseConv2dNativeBackpropFilter: backpropFilter(tf, depthwiseFilter),
    DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput(tf),
  };
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'wasm') === undefined || tf.getKernel(kernelName, 'wasm') === null) {
      tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
    }
  }
};
