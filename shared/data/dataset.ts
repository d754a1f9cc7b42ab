/** Examples with their labels, in file order. */
export interface Examples {
  readonly count: number;
  /** Raw values, example after example, each in the dataset's input shape; a model sees `value × scale`. */
  readonly inputs: Uint8Array | Float32Array;
  /** Class of each example, 0 … classes − 1. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly name: string;
  /** [height, width, channels] */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** A raw value times this float32 number is what a model sees: 1/255 for bytes, 1 for floats. */
  readonly scale: number;
  readonly train: Examples;
  readonly test: Examples;
  /** SHA-256 over all values and labels: two machines with the same fingerprint train on the same data. */
  readonly fingerprint: string;
}

/** How the training examples are dealt to the clients. */
export interface Partition {
  readonly clients: number;
  /** Number of examples of a client, without listing them. */
  size(client: number): number;
  /** The client's examples: indices into the training examples. */
  indices(client: number): Int32Array;
  /** SHA-256 that two machines compare instead of all indices. */
  readonly fingerprint: string;
}
