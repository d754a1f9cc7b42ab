import { featureCases, lossCases } from '../conformance/cases/rules.js';
import { ruleConformance } from '../conformance/rules.js';
import { subjects } from '../conformance/subjects.js';

ruleConformance([...lossCases, ...featureCases], subjects);
