/** Every naming scheme, most telling first. A new scheme is one file and one entry here. */
import type { NamingScheme } from '../naming.ts';
import { huggingFaceClip, openAiClip } from './clip.ts';
import { flax } from './flax.ts';
import { huggingFace, huggingFaceNewer } from './hugging-face.ts';
import { keras } from './keras.ts';
import { namedLayers } from './named-layers.ts';
import { sequential } from './sequential.ts';
import { timm } from './timm.ts';
import { torchvision } from './torchvision.ts';

export const schemes: readonly NamingScheme[] = [
  timm,
  huggingFace,
  huggingFaceNewer,
  huggingFaceClip,
  openAiClip,
  torchvision,
  flax,
  sequential,
  namedLayers,
  keras,
];
