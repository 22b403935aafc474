/**
 * `npm test`: sets up what is missing, lints, checks types, audits dependencies, runs unit tests, builds, tests the built studio in a
 * browser and weighs it.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from './audit.mjs';
import { ensureBrowser } from './browser.mjs';
import { projectFolder, run } from './command.mjs';
import { ensureDependencies } from './dependencies.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const results = join(projectFolder, 'test-results');
const oneFailure = { passed: 0, failed: 1, skipped: 0 };

rmSync(results, { recursive: true, force: true });
mkdirSync(results);

const setUp = await stage('Set-up', getReady);
const total = setUp.failed
  ? setUp
  : sum([
      await stage('Lint', async () => check('lint')),
      await stage('Types', async () => check('types')),
      await stage('Audit of dependencies', auditDependencies),
      await stage('Unit tests', unitTests),
      await stage('Build and browser tests', browserTests),
      await stage('Size of what was built', async () => check('size')),
    ]);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/**
 * @param {string} name
 * @param {() => Promise<Counts>} work
 */
async function stage(name, work) {
  const start = performance.now();
  console.log(`\n── ${name}`);
  const counts = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`── ${name}: ${counts.failed > 0 ? 'FAILED' : 'ok'} in ${seconds} s`);
  return counts;
}

/**
 * A check that counts as one test.
 * @param {string} script
 */
async function check(script) {
  const passed = (await npmRun(script)) === 0;
  return { passed: Number(passed), failed: Number(!passed), skipped: 0 };
}

/** No test, but it counts when it fails. */
async function getReady() {
  const ready = (await ensureDependencies()) && (await ensureBrowser());
  return { passed: 0, failed: Number(!ready), skipped: 0 };
}

/** No test, but it counts when it fails: a registry that does not answer proves nothing. */
async function auditDependencies() {
  return { passed: 0, failed: Number(!audit()), skipped: 0 };
}

async function unitTests() {
  const report = join(results, 'unit.json');
  const code = await npmRun('unit', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  const found = readReport(report);
  if (!found) return oneFailure;
  return honest(code, {
    passed: found.numPassedTests,
    failed: found.numFailedTests,
    skipped: found.numPendingTests + found.numTodoTests,
  });
}

async function browserTests() {
  const code = await npmRun('e2e');
  const stats = readReport(join(results, 'e2e.json'))?.stats;
  if (!stats) return oneFailure;
  return honest(code, { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped });
}

/**
 * A run can fail without a failed test: a file that does not load, a server that does not start. It counts as one failure.
 * @param {number} code
 * @param {Counts} counts
 */
function honest(code, counts) {
  return { ...counts, failed: code === 0 ? counts.failed : Math.max(counts.failed, 1) };
}

/**
 * @param {string} script
 * @param {string[]} words
 */
function npmRun(script, ...words) {
  return run('npm', 'run', '--silent', script, '--', ...words);
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {Counts[]} counts */
function sum(counts) {
  return counts.reduce((total, { passed, failed, skipped }) => ({
    passed: total.passed + passed,
    failed: total.failed + failed,
    skipped: total.skipped + skipped,
  }));
}
