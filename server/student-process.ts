import { chooseEngine } from '../shared/engine/choose.js';
import { prepare } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { Learners, loadPublic } from '../shared/scenario/training/learners.js';
import { serveWorker } from './child-program.js';
import type { StudentAnswer, StudentRequest, StudentSetup } from './student.js';

/* The coordinator's training process: it has the public examples and none of anyone's own. */

const setUp = async ({ scenario: json }: StudentSetup): Promise<Learners> => {
  const scenario = JSON.parse(json) as Scenario;
  const prepared = await prepare(scenario);
  const { engine } = await chooseEngine(scenario.engine);
  const shared = await loadPublic(prepared, engine);
  if (shared === null) throw new Error(`the method of '${scenario.name}' learns from no public examples`);
  return new Learners(prepared, engine, shared);
};

serveWorker(setUp, (learners, request: StudentRequest): Promise<StudentAnswer> => {
  const learner = learners.coordinator(request.round);
  return request.kind === 'predict'
    ? learner.predict(request.floats)
    : learner.distil(request.floats, request.teacher, request.epochs);
});
