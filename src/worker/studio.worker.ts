/** The worker: the engine behind the protocol. */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { expose } from 'comlink';
import { createApi } from './api.ts';

const absolute = (url: string): string => new URL(url, import.meta.url).href;

expose(createApi({ plain: absolute(plain), simd: absolute(simd) }));
