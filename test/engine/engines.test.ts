import { engineConformance } from '../conformance/engine.js';
import { subjects } from '../conformance/subjects.js';

for (const { title, open } of subjects) engineConformance(title, open);
