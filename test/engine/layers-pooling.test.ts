import { poolingCases } from '../conformance/cases/pooling.js';
import { layerConformance } from '../conformance/layers.js';
import { subjects } from '../conformance/subjects.js';

layerConformance(poolingCases, subjects);
