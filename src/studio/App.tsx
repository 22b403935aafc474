import { useEffect } from 'react';
import { DropOverlay } from './components/DropOverlay.tsx';
import { later } from './components/later.tsx';
import { Bar } from './panels/bar/Bar.tsx';
import { ImagesCard } from './panels/images/ImagesCard.tsx';
import { MethodCard } from './panels/method/MethodCard.tsx';
import { RunCard } from './panels/run/RunCard.tsx';
import { SourcesCard } from './panels/sources/SourcesCard.tsx';
import { Stage } from './panels/stage/Stage.tsx';
import { OwnTraining } from './panels/train/OwnTraining.tsx';
import { useIsFresh } from './stores/fresh.ts';
import { useLesson } from './stores/lesson.ts';
import { useUi } from './stores/ui.ts';

const Guide = later(async () => (await import('./lessons/Guide.tsx')).Guide);

/** The page: bar on top, recipe on the left, results on the right. */
export function App() {
  const theme = useUi((state) => state.theme);
  const fresh = useIsFresh();
  const lesson = useLesson((state) => state.id);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <>
      <Bar />
      <div className="page" data-fresh={fresh || undefined}>
        <aside className="recipe" aria-label="Recipe">
          <div className="recipe-cards">
            <SourcesCard />
            <ImagesCard />
            <MethodCard />
          </div>
          <RunCard />
        </aside>
        <Stage />
      </div>
      {lesson && <Guide key={lesson} id={lesson} />}
      <DropOverlay />
      <OwnTraining />
    </>
  );
}
