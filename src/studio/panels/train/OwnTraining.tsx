import { useState } from 'react';
import { ErrorBoundary } from '../../components/ErrorBoundary.tsx';
import { later } from '../../components/later.tsx';
import { useUi } from '../../stores/ui.ts';

const TrainDialog = later(async () => (await import('./TrainDialog.tsx')).TrainDialog);

/** The training of two networks of one's own, once it was asked for; it goes on while its dialog is closed. */
export function OwnTraining() {
  const open = useUi((state) => state.own);
  const [asked, setAsked] = useState(false);
  if (open && !asked) setAsked(true);
  return (
    asked && (
      <ErrorBoundary>
        <TrainDialog />
      </ErrorBoundary>
    )
  );
}
