import { setFlagsFromString } from 'node:v8';

/**
 * Makes this process look for garbage only when memory limits are reached. Payloads and parameters lie outside of V8's
 * heap but count towards the limit at which it begins to mark the heap step by step: with megabytes coming and going each
 * round it would never stop marking, though nearly nothing in the heap has changed. For a process's beginning.
 */
export const collectAtLimits = (): void => setFlagsFromString('--no-incremental-marking');
