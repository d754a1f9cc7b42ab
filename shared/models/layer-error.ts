import { CodedError, type ErrorCode } from '../util/errors.js';

/** A layer of a list as messages name it. */
export interface LayerPlace {
  /** In the list as it is written, from 0; a macro and the layers that it stands for have one. */
  readonly position: number;
  /** `layer 3 (dense 'dense_1')`, counted from 1. */
  readonly text: string;
}

/** What is wrong with one layer of a network. */
export class LayerError extends CodedError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly layer: LayerPlace,
    hint?: string,
  ) {
    super(code, message, { where: layer.text, ...(hint === undefined ? {} : { hint }) });
  }
}
