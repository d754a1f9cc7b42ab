/** Faults of a message, after which its connection can't be trusted to be in step. */
export const isMalformed = (reason: string): boolean => reason.startsWith('wire/') || reason.startsWith('codec/');

/** Whether a client whose update was dropped for a reason has to connect again: also when nobody waited for its answer. */
export const endsConnection = (reason: string): boolean => reason === 'client/watchdog' || isMalformed(reason);
