import { presets } from '../../shared/codec/presets.js';
import { describeCodec } from '../conformance/codec.js';
import { optionCases, stagesAlone, tensorCases } from './cases.js';

for (const codecCase of [...stagesAlone, ...optionCases, ...tensorCases]) describeCodec(codecCase);
for (const [name, { coding }] of Object.entries(presets)) describeCodec({ name: `preset ${name}`, coding });
