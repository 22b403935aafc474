/** Serves the built studio for the journeys, who see each violation of its policy, in any thread, as a request to `reportPath`. */
import { preview, resolveConfig } from 'vite';
import { reportPath } from './report-path.mjs';

const { preview: usual } = await resolveConfig({}, 'serve');
const policy = usual.headers['Content-Security-Policy'];
const headers = { ...usual.headers, 'Content-Security-Policy': `${policy}; report-uri ${reportPath}` };
const { resolvedUrls } = await preview({ preview: { headers } });
console.log(`FS-Merge Studio: ${resolvedUrls?.local[0]}`);
