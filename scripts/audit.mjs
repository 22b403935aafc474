/** Asks the registry for known holes in what the built studio is made of. Plain Node. */
import { spawnSync } from 'node:child_process';
import { projectFolder } from './command.mjs';

const patience = 30_000;
const grave = ['high', 'critical'];

/** Whether nothing grave is known of the production dependencies; what is known is told. A registry that does not answer is no finding. */
export function audit() {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], {
    cwd: projectFolder,
    encoding: 'utf8',
    timeout: patience,
    // npm and npx are .cmd files on Windows, which only a shell can start.
    shell: process.platform === 'win32',
  });
  const findings = findingsIn(stdout);
  if (!findings) console.log('Not audited: the registry did not answer.');
  else if (findings.length === 0) console.log('The registry knows of nothing grave in the production dependencies.');
  else for (const finding of findings) console.error(finding);
  return !findings?.length;
}

/**
 * What is grave in npm's answer; null when it is none.
 * @param {string | null} text
 * @returns {string[] | null}
 */
export function findingsIn(text) {
  /** @type {Record<string, { severity: string, range: string, via: (string | { title: string, url: string })[] }> | undefined} */
  const vulnerabilities = parsed(text)?.vulnerabilities;
  if (!vulnerabilities) return null;
  return Object.entries(vulnerabilities)
    .filter(([, { severity }]) => grave.includes(severity))
    .map(([name, { severity, range, via }]) => {
      const reasons = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`));
      return `${name} ${range}, ${severity}: ${reasons.join('; ')}`;
    });
}

/** @param {string | null} text */
function parsed(text) {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
