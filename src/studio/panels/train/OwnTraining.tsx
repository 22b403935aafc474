import { lazy, Suspense, useState } from 'react';
import { ErrorBoundary } from '../../components/ErrorBoundary.tsx';
import { useUi } from '../../stores/ui.ts';

const TrainDialog = lazy(() => import('./TrainDialog.tsx'));

/** The training of two networks of one's own, fetched when it is first asked for. */
export function OwnTraining() {
  const open = useUi((state) => state.own);
  const [asked, setAsked] = useState(false);
  if (open && !asked) setAsked(true);
  return (
    asked && (
      <ErrorBoundary>
        <Suspense>
          <TrainDialog />
        </Suspense>
      </ErrorBoundary>
    )
  );
}
