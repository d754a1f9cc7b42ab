import { convolutionCases } from '../conformance/cases/convolution.js';
import { layerConformance } from '../conformance/layers.js';
import { subjects } from '../conformance/subjects.js';

layerConformance(convolutionCases, subjects);
