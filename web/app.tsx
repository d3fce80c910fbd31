import { useEffect, useState } from 'preact/hooks';
import { readTheme, setTheme, type Theme } from './chart/theme.ts';
import type { Connection } from './data/event-stream.ts';
import { subscribe, useConnection } from './data/live.ts';
import { Keyboard } from './parts/keyboard.tsx';
import { lazy } from './parts/lazy.tsx';
import { Message } from './parts/message.tsx';
import { Link } from './routing/link.tsx';
import { useLocation } from './routing/location.ts';
import { parseRoute, type PageRoute } from './routing/route.ts';
import { followBack } from './routing/scroll-back.ts';

const ArmPage = lazy(() => import('./pages/arm.tsx').then(({ ArmPage }) => ArmPage));
const ComparePage = lazy(() => import('./pages/compare.tsx').then(({ ComparePage }) => ComparePage));
const CurvesPage = lazy(() => import('./pages/curves.tsx').then(({ CurvesPage }) => CurvesPage));
const DoctorPage = lazy(() => import('./pages/doctor.tsx').then(({ DoctorPage }) => DoctorPage));
const ExplorePage = lazy(() => import('./pages/explore.tsx').then(({ ExplorePage }) => ExplorePage));
const NewSweepPage = lazy(() => import('./pages/new-sweep.tsx').then(({ NewSweepPage }) => NewSweepPage));
const ProbePage = lazy(() => import('./pages/probe.tsx').then(({ ProbePage }) => ProbePage));
const RunPage = lazy(() => import('./pages/run.tsx').then(({ RunPage }) => RunPage));
const RunsPage = lazy(() => import('./pages/runs.tsx').then(({ RunsPage }) => RunsPage));
const StagesPage = lazy(() => import('./pages/stages.tsx').then(({ StagesPage }) => StagesPage));
const SweepPage = lazy(() => import('./pages/sweep.tsx').then(({ SweepPage }) => SweepPage));
const SweepsPage = lazy(() => import('./pages/sweeps.tsx').then(({ SweepsPage }) => SweepsPage));
const TablePage = lazy(() => import('./pages/table.tsx').then(({ TablePage }) => TablePage));

export function App() {
  const { path } = useLocation();
  const route = parseRoute(path);
  useEffect(followBack, []);
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to content
      </a>
      <header class="top">
        <Link to="" class="brand">
          Cosweep
        </Link>
        <nav aria-label="Main">
          <Link to="" current={route.page === 'sweeps'}>
            Sweeps
          </Link>
          <Link to="new" current={route.page === 'new'}>
            New sweep
          </Link>
          <Link to="doctor" current={route.page === 'doctor'}>
            Doctor
          </Link>
        </nav>
        <Keyboard route={route} />
        <LiveMark />
        <ThemeSwitch />
      </header>
      <main id="content" tabIndex={-1}>
        <Page route={route} />
      </main>
    </>
  );
}

/** Pages are keyed by what they show, so that nothing of one sweep or run is left on the page of another. */
function Page({ route }: { route: PageRoute }) {
  useTitle(route);
  switch (route.page) {
    case 'sweeps':
      return <SweepsPage />;
    case 'new':
      return <NewSweepPage />;
    case 'sweep':
      return <SweepPage key={route.sweep} id={route.sweep} />;
    case 'runs':
      return <RunsPage key={route.sweep} id={route.sweep} />;
    case 'curves':
      return <CurvesPage key={route.sweep} id={route.sweep} />;
    case 'explore':
      return <ExplorePage key={route.sweep} id={route.sweep} />;
    case 'table':
      return <TablePage key={route.sweep} id={route.sweep} />;
    case 'stages':
      return <StagesPage key={route.sweep} id={route.sweep} />;
    case 'probe':
      return <ProbePage key={route.sweep} id={route.sweep} />;
    case 'arm':
      return <ArmPage key={`${route.sweep}/${route.arm}`} id={route.sweep} arm={route.arm} />;
    case 'run':
      return <RunPage key={route.run} id={route.run} />;
    case 'compare':
      return <ComparePage />;
    case 'doctor':
      return <DoctorPage />;
    case 'unknown':
      return (
        <Message kind="error" title="There is no such page" isPage>
          <p>
            <Link to="">All sweeps</Link>
          </p>
        </Message>
      );
  }
}

const PAGE_TITLES: Partial<Record<PageRoute['page'], string>> = {
  sweeps: 'Sweeps',
  new: 'New sweep',
  compare: 'Compare sweeps',
  doctor: 'Doctor',
  unknown: 'No such page',
};

/** A page of a sweep takes the sweep's name instead, once it is known. */
function useTitle(route: PageRoute): void {
  const place = 'sweep' in route ? route.sweep : 'run' in route ? route.run : PAGE_TITLES[route.page]!;
  useEffect(() => void (document.title = `${place} · Cosweep`), [place]);
}

/** By hand, because a fragment alone would be resolved against the base path and leave the page. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

const CONNECTION_WORDS: Record<Connection, string> = { connecting: 'connecting', live: 'live', lost: 'reconnecting' };

function LiveMark() {
  useEffect(() => subscribe(() => {}), []);
  const connection = useConnection();
  return (
    <span class={`live live-${connection}`} role="status" title="Pages follow a sweep while it runs">
      {CONNECTION_WORDS[connection]}
    </span>
  );
}

const NEXT_THEME: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

function ThemeSwitch() {
  const [theme, setShown] = useState(readTheme);
  const change = (): void => {
    setTheme(NEXT_THEME[theme]);
    setShown(NEXT_THEME[theme]);
  };
  return (
    <button
      type="button"
      class="theme"
      onClick={change}
      title="Colours: automatic, light, dark"
      aria-label={`Colours: ${theme}; change to ${NEXT_THEME[theme]}`}
    >
      {theme === 'auto' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark'}
    </button>
  );
}
