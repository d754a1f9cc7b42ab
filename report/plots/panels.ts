/** The two directions of a federation, in the order of a report. */
export const directions = ['uplink', 'downlink'] as const;

export type Direction = (typeof directions)[number];

/** @returns the direction with who sends to whom */
export const directionName = (direction: Direction): string =>
  direction === 'uplink' ? 'Uplink (clients to coordinator)' : 'Downlink (coordinator to clients)';

export const panelWidth = 600;

/** What the panels of a picture share: one direction a panel, its name above it. */
export const panelOf = <H extends number | { step: number }>(direction: Direction, height: H) => ({
  width: panelWidth,
  height,
  title: { text: directionName(direction), fontSize: 12, fontWeight: 'bold' as const, offset: 8 },
});
