import { errorReference, scenarioJsonSchema, scenarioReference } from './reference.js';

/** The files that are made from the code, by their paths in the project. Equal code gives equal text. */
export const generatedFiles = (): Record<string, string> => ({
  'scenarios/scenario.schema.json': `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`,
  'docs/scenario.md': scenarioReference(),
  'docs/errors.md': errorReference(),
});
