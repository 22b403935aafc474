/** What makes the built studio a folder for any static host: its policy in the page, and a file of headers for hosts that read one. */
import { headers, pagePolicy } from '../src/service-worker/headers.ts';

/** Names of these files change with their content. */
const forever = 'public, max-age=31536000, immutable';

/** @returns {import('vite').Plugin} */
export function hosting() {
  return {
    name: 'hosting',
    apply: 'build',
    // The page keeps its policy on any server. Not the dev server's page, which needs inline scripts.
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy },
        injectTo: 'head-prepend',
      },
    ],
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() });
    },
  };
}

/** As Netlify and Cloudflare Pages read it. */
function headersFile() {
  const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
  return ['/*', ...lines, '/assets/*', `  Cache-Control: ${forever}`, ''].join('\n');
}
