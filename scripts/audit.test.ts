/** What npm's answer means: a finding, none, or that nobody answered. */
import { expect, it } from 'vitest';
import { findingsIn } from './audit.mjs';

const advisory = { title: 'Prototype pollution', url: 'https://github.com/advisories/GHSA-1', severity: 'high' };
const answer = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities });

it('tells what is high or critical, and why', () => {
  const found = findingsIn(
    answer({
      lodash: { severity: 'high', range: '<4.17.12', via: [advisory] },
      user: { severity: 'critical', range: '*', via: ['lodash'] },
      slow: { severity: 'moderate', range: '<2', via: [advisory] },
    }),
  );
  expect(found).toEqual([
    'lodash <4.17.12, high: Prototype pollution (https://github.com/advisories/GHSA-1)',
    'user *, critical: by lodash',
  ]);
  expect(findingsIn(answer({}))).toEqual([]);
});

it.each([
  ['a registry without audits', JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405, error: {} })],
  ['no network', JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'request failed' } })],
  ['no answer in time', null],
  ['half an answer', '{"auditReportVersion": 2, "vulne'],
])('%s is no answer', (_, text) => {
  expect(findingsIn(text)).toBeNull();
});
