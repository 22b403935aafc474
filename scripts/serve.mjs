/** Serves the built studio on PORT (4173 when not given) or the next free port, and says where. */
import { preview } from 'vite';

const { resolvedUrls } = await preview();
console.log(`FS-Merge Studio: ${resolvedUrls?.local[0]}`);
