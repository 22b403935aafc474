import { useEffect, useMemo, useRef } from 'react';
import { Chart } from '../../charts/Chart.tsx';
import { ownAccuracyPlot, ownLossPlot } from '../../charts/own-plots.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import { sample } from '../../runs/smoothing.ts';
import type { OwnCurve } from '../../stores/own.ts';
import { useOwn } from '../../stores/own.ts';
import { useRuns } from '../../stores/runs.ts';
import { useUi } from '../../stores/ui.ts';
import { count, percent, plural, significant } from '../../text/numbers.ts';

/** The loss and accuracy of both networks as they learn. */
export function Curves() {
  const curves = useOwn((state) => state.curves);
  const live = useRuns((state) => state.training !== null);
  const log = useUi((state) => state.logScale);
  const element = useRef<HTMLDivElement>(null);
  // On a narrow page the choices stand above.
  useEffect(() => {
    if (live) element.current?.scrollIntoView({ block: 'nearest' });
  }, [live]);
  const loss = useMemo(() => ownLossPlot(curves, log), [curves, log]);
  const measured = curves.map(({ accuracies }) => accuracies.length).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `measured` says when the curves matter
  const accuracy = useMemo(() => ownAccuracyPlot(curves), [measured]);
  if (curves.length === 0) {
    return (
      <div className="train-curves nothing">
        <p>Loss and accuracy of both networks appear here while they learn.</p>
      </div>
    );
  }
  return (
    <div ref={element} className="train-curves" data-testid="own-curves">
      <dl className="scores">
        {curves.map((curve, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a network is its index
          <div key={index}>
            <dt>
              <SourceMark colour={curve.colour} /> {curve.name}
            </dt>
            <dd data-testid={`own-accuracy-${index}`}>{latestAccuracy(curve)}</dd>
            <dd className="measured-on">{measuredOn(curve)}</dd>
          </div>
        ))}
      </dl>
      <section aria-label="Loss of both networks">
        <h3>
          Cross-entropy <span className="quiet">raw thin, smoothed thick</span>
        </h3>
        <Chart label={lossSummary(curves)} plot={loss} live={live} table={() => curves.map(lossTable)} />
      </section>
      <section aria-label="Accuracy of both networks">
        <h3>
          Accuracy <span className="quiet">held-out images</span>
        </h3>
        <Chart label={accuracySummary(curves)} plot={accuracy} live={live} table={() => curves.map(accuracyTable)} />
      </section>
    </div>
  );
}

function latestAccuracy({ trained, accuracies }: OwnCurve): string {
  const share = trained?.accuracy ?? accuracies.at(-1)?.share;
  return share === undefined ? '–' : percent(share);
}

const measuredOn = ({ trained, losses, steps }: OwnCurve): string =>
  trained
    ? `of ${plural(trained.images, 'test image')}, ${plural(trained.steps, 'step')}`
    : `step ${count(losses.length)} of ${count(steps)}`;

function lossSummary(curves: readonly OwnCurve[]): string {
  const parts = curves.flatMap(({ name, losses }) => {
    const last = losses.at(-1);
    return last ? `${name}: ${significant(last.loss)} after ${count(losses.length)} steps` : [];
  });
  return parts.length > 0 ? `Loss chart. ${parts.join('; ')}.` : 'Loss chart: no step is done yet.';
}

const accuracySummary = (curves: readonly OwnCurve[]): string =>
  `Accuracy chart. ${curves.map((curve) => `${curve.name}: ${latestAccuracy(curve)}`).join('; ')}.`;

const tableRows = 12;

const lossTable = ({ name, losses }: OwnCurve, index: number) => (
  <DataTable
    key={index}
    caption={name}
    columns={['step', 'loss']}
    rows={sample(losses.length, tableRows).map((at) => [
      count(losses[at]?.step ?? 0),
      significant(losses[at]?.loss ?? 0),
    ])}
  />
);

const accuracyTable = ({ name, accuracies }: OwnCurve, index: number) => (
  <DataTable
    key={index}
    caption={name}
    columns={['step', 'accuracy']}
    rows={accuracies.map(({ step, share }) => [count(step), percent(share)])}
  />
);
