/** `npm run size`: the JavaScript that a browser loads before the built page can be used. All else comes later. */
import { readFileSync } from 'node:fs';

/** The page's script and all that it imports; Vite names them in the page. */
function firstScripts() {
  const page = readFileSync('dist/index.html', 'utf8');
  const paths = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => `dist/${path}`);
  if (paths.length === 0) throw new Error('dist/index.html names no script: it is not the built page');
  return paths;
}

export default [{ name: 'JavaScript before the page can be used', path: firstScripts(), limit: '120 kB', gzip: true }];
