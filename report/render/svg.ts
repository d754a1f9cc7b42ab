import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

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

/** @returns the picture as a stand-alone SVG document, the same bytes for the same spec */
export const renderSvg = async (spec: TopLevelSpec): Promise<string> => {
  const { spec: compiled } = compile(spec, { logger: strictLogger() as never });
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
};
