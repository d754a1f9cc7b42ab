import { normalizationCases } from '../conformance/cases/normalization.js';
import { layerConformance } from '../conformance/layers.js';
import { subjects } from '../conformance/subjects.js';

layerConformance(normalizationCases, subjects);
