import { textCases } from '../conformance/cases/text.js';
import { layerConformance } from '../conformance/layers.js';
import { subjects } from '../conformance/subjects.js';

layerConformance(textCases, subjects);
