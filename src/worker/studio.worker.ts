/** The worker: the engine behind the protocol. */
import './strict.ts';

import { expose } from 'comlink';
import { createApi } from './api.ts';
import { connectMember, threadsHere, workerCrew } from './crew.ts';
import { workerCopier } from './keeping/copier.ts';
import { rememberedChoices } from './kernel-choices.ts';
import { wasmPaths } from './wasm-paths.ts';

const crew = workerCrew(connectMember, threadsHere());
expose(createApi({ wasmPaths, crew, kernelChoices: rememberedChoices, copier: workerCopier }));
