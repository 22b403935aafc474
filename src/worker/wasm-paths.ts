/** Where the wasm backend's binaries are, as seen from a worker. */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';

const absolute = (url: string): string => new URL(url, import.meta.url).href;

export const wasmPaths = { plain: absolute(plain), simd: absolute(simd) };
