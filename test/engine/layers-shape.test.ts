import { shapeCases } from '../conformance/cases/shape.js';
import { layerConformance } from '../conformance/layers.js';
import { subjects } from '../conformance/subjects.js';

layerConformance(shapeCases, subjects);
