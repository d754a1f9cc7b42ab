import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { useTextWidths } from './text-width.js';

/** Messages of vega-lite about a spec: a fault of the plot, so they are thrown. */
const strictLogger = () => {
  const logger = {
    level: () => logger,
    error: (...messages: readonly unknown[]) => fail(messages),
    warn: (...messages: readonly unknown[]) => fail(messages),
    info: () => logger,
    debug: () => logger,
  };
  const fail = (messages: readonly unknown[]): never => {
    throw new Error(`vega-lite: ${messages.join(' ')}`);
  };
  return logger;
};

/** A hundredth of a pixel is enough: shorter numbers make the page a third smaller. */
const roundCoordinates = (svg: string): string =>
  svg.replace(/ (?:d|transform)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2)))),
  );

/** @returns the picture as a stand-alone SVG document, the same bytes for the same spec */
export const renderSvg = async (spec: TopLevelSpec): Promise<string> => {
  useTextWidths();
  const { spec: compiled } = compile(spec, { logger: strictLogger() as never });
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    return roundCoordinates(await view.toSVG());
  } finally {
    view.finalize();
  }
};
