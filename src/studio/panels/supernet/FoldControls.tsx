import { useEffect } from 'react';
import { foldTowards } from '../../actions/fold.ts';
import { Icon } from '../../components/Icon.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import type { Speed } from '../../stores/fold.ts';
import { advanceFold, pauseFold, scrubFold, setSpeed, useFold } from '../../stores/fold.ts';
import { ariaKeys, tooltip } from '../../text/controls/control.ts';
import { pictureControls } from '../../text/controls/page.ts';

const speeds: readonly { value: Speed; label: string }[] = [
  { value: 0.5, label: '½×' },
  { value: 1, label: '1×' },
  { value: 2, label: '2×' },
];

/** Plays the fold forwards and backwards, or lets it be moved by hand. */
export function FoldControls() {
  const { at, playing, speed } = useFold();
  useClock(playing !== null);
  const percents = Math.round(100 * at);
  return (
    <div className="fold-controls" data-testid="fold-controls">
      <IconButton
        icon={playing === -1 ? 'pause' : 'back'}
        label={(playing === -1 ? pictureControls.pauseFold : pictureControls.unfold).label}
        title={tooltip(playing === -1 ? pictureControls.pauseFold : pictureControls.unfold)}
        disabled={at === 0}
        onClick={() => (playing === -1 ? pauseFold() : foldTowards(-1))}
      />
      <button
        type="button"
        className="button small"
        aria-keyshortcuts={ariaKeys(pictureControls.fold)}
        title={tooltip(pictureControls.fold)}
        aria-label={(playing === 1 ? pictureControls.pauseFold : pictureControls.fold).label}
        onClick={() => (playing === 1 ? pauseFold() : foldTowards(1))}
      >
        <Icon name={playing === 1 ? 'pause' : 'play'} /> {playing === 1 ? 'Pause' : pictureControls.fold.label}
      </button>
      <input
        type="range"
        min={0}
        max={100}
        value={percents}
        aria-label={pictureControls.scrub.label}
        aria-valuetext={`${percents} % folded`}
        onChange={(event) => scrubFold(Number(event.target.value) / 100)}
      />
      <select
        aria-label={pictureControls.speed.label}
        title={tooltip(pictureControls.speed)}
        value={speed}
        onChange={(event) => setSpeed(Number(event.target.value) as Speed)}
      >
        {speeds.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Lets time pass, picture by picture, while something moves. */
function useClock(running: boolean): void {
  useEffect(() => {
    if (!running) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function next(now) {
      advanceFold(Math.max(0, now - last) / 1000);
      last = now;
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [running]);
}
