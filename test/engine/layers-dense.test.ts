import { denseCases } from '../conformance/cases/dense.js';
import { layerConformance } from '../conformance/layers.js';
import { subjects } from '../conformance/subjects.js';

layerConformance(denseCases, subjects);
