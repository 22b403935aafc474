import { experiments, playDemo } from '../../actions/demo.ts';
import { takeFiles } from '../../actions/files.ts';
import { openLesson } from '../../actions/lesson.ts';
import { Icon } from '../../components/Icon.tsx';
import { FileButton } from '../../components/inputs/FileButton.tsx';
import { lessonTitles } from '../../lessons/titles.ts';
import { useFiles } from '../../stores/files.ts';
import { useRuns } from '../../stores/runs.ts';
import { useUi } from '../../stores/ui.ts';
import { welcomeControls } from '../../text/controls/page.ts';
import { GoOn } from './GoOn.tsx';
import { MergePicture } from './MergePicture.tsx';

/** First visit: what this does, in a sentence, and ways to begin. */
export function Welcome() {
  const loading = useFiles((state) => state.loading);
  const training = useRuns((state) => state.training !== null);
  return (
    <section className="welcome" data-testid="welcome" aria-labelledby="welcome-title">
      <MergePicture />
      <h2 id="welcome-title">Merge trained networks into one, in this tab.</h2>
      <p className="welcome-line">
        Give it vision transformers or MLPs that each know a task; it trains merge matrices between them, folds them in,
        and hands back one plain network that knows all the tasks. No file leaves your computer.
      </p>
      <GoOn />
      <div className="welcome-demos">
        {experiments.map(({ id, title, line }) => (
          <button
            key={id}
            type="button"
            className="demo"
            data-testid={`demo-${id}`}
            disabled={loading !== null || training}
            onClick={() => void playDemo(id)}
          >
            <Icon name="play" />
            <span>
              <strong>{title}</strong>
              <small>{line}</small>
            </span>
          </button>
        ))}
      </div>
      <p className="welcome-own" aria-live="polite">
        {loading ? (
          `${loading}…`
        ) : (
          <>
            Or drop your own checkpoints and images anywhere on the page, or{' '}
            <FileButton className="link" label={welcomeControls.files.label} onFiles={(files) => void takeFiles(files)}>
              {welcomeControls.chooseFiles.label}
            </FileButton>{' '}
            or{' '}
            <FileButton
              className="link"
              label={welcomeControls.folder.label}
              folder
              onFiles={(files) => void takeFiles(files)}
            >
              {welcomeControls.chooseFolder.label}
            </FileButton>
            . Or{' '}
            <button type="button" className="link" onClick={() => useUi.setState({ own: true })}>
              {welcomeControls.trainOwn.label}
            </button>{' '}
            here, on classes of your choice.
          </>
        )}
      </p>
      <ul className="welcome-lessons" aria-label={welcomeControls.lessons.label}>
        {lessonTitles.map(({ id, title }) => (
          <li key={id}>
            <button type="button" className="link" onClick={() => openLesson(id)}>
              {title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
