import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { hasProgram } from './has-program.js';
import { run, works } from './run.js';
import { hasTorch } from './test-python.js';

/**
 * What set-up and tests use beyond Node and npm: what for, how it is recognised, and Debian's packages that bring it.
 */
const tools = [
  { name: 'make', use: 'compiling addons', isThere: () => hasProgram('make'), packages: ['make'] },
  {
    name: 'a C++ compiler',
    use: 'compiling addons',
    isThere: () => ['g++', 'clang++', 'c++'].some(hasProgram),
    packages: ['g++'],
  },
  { name: 'python3', use: 'compiling addons', isThere: () => hasProgram('python3'), packages: ['python3'] },
  {
    name: 'pip',
    use: 'fetching native TensorFlow',
    isThere: () => works('python3', ['-m', 'pip', '--version']),
    packages: ['python3-pip'],
  },
  { name: 'Chromium', use: 'the browser tests', isThere: hasChromium, packages: ['chromium'] },
  { name: 'the Vulkan loader', use: 'the tests of the webgpu engine', isThere: hasVulkan, packages: ['libvulkan1'] },
  {
    name: 'LaTeX with booktabs',
    use: 'compiling the LaTeX tables',
    isThere: hasLatex,
    packages: ['texlive-latex-base', 'texlive-latex-recommended'],
  },
  {
    name: 'Redis',
    use: 'the tests of workers on other machines',
    isThere: () => hasProgram('redis-server'),
    packages: ['redis-server'],
  },
  { name: 'openssl', use: 'certificates of those tests', isThere: () => hasProgram('openssl'), packages: ['openssl'] },
  {
    name: 'PostgreSQL',
    use: 'the same tests by way of a database',
    isThere: hasPostgres,
    packages: ['postgresql'],
  },
  {
    name: 'ip',
    use: 'the test of workers whose network is cut',
    isThere: () => hasSystemProgram('ip'),
    packages: ['iproute2'],
  },
  {
    name: 'Slurm',
    use: 'the tests of its batch scripts',
    isThere: () => ['munged', 'slurmctld', 'slurmd', 'sbatch'].every(hasSystemProgram),
    packages: ['slurm-wlm', 'munge'],
  },
  {
    name: 'PyTorch',
    use: 'the tests of the Python files',
    isThere: hasTorch,
    packages: ['python3-torch', 'python3-venv'],
    // The package index has it too (test-python.js), though much larger.
    elsewhere: true,
  },
];

/**
 * Installs what is missing where this can be done: as root on Debian and its kin.
 *
 * @param uses what they are for; all if left out
 * @returns what is still missing, in words
 */
export function provideSystemTools(uses = tools.map(({ use }) => use)) {
  const missing = tools.filter(({ use, isThere }) => uses.includes(use) && !isThere());
  if (missing.length === 0) return [];
  const packages = missing.flatMap((tool) => tool.packages);
  if (canInstall()) installPackages(packages);
  return missing
    .filter(({ isThere, elsewhere = false }) => !elsewhere && !isThere())
    .map(
      ({ name, use, packages }) =>
        `${name} is missing, for ${use}${onDebian() ? ` (apt-get install ${packages.join(' ')})` : ''}`,
    );
}

function installPackages(packages) {
  console.error(`set-up: apt-get install ${packages.join(' ')} …`);
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  // What is still missing afterwards is told by the caller, whatever the reason.
  if (run('apt-get', ['-qq', 'update'], environment)) {
    run(
      'apt-get',
      [
        '-qq',
        '-y',
        '--no-install-recommends',
        '-o',
        'DPkg::Lock::Timeout=120',
        '-o',
        'Dpkg::Use-Pty=0',
        'install',
        ...packages,
      ],
      environment,
    );
  }
}

function canInstall() {
  return onDebian() && process.getuid?.() === 0;
}

function onDebian() {
  return existsSync('/etc/debian_version') && hasProgram('apt-get');
}

function hasChromium() {
  const { COSWEEP_CHROMIUM: named } = process.env;
  return named ? existsSync(named) : ['chromium', 'chromium-browser', 'google-chrome'].some(hasProgram);
}

/** Only Linux needs it. */
function hasVulkan() {
  if (process.platform !== 'linux') return true;
  const { status, stdout } = spawnSync('ldconfig', ['-p'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` },
  });
  return status === 0 && stdout.includes('libvulkan.so.1');
}

/** A user's PATH may lack the folders of services. */
function hasSystemProgram(name) {
  return hasProgram(name) || ['/usr/sbin', '/sbin'].some((folder) => existsSync(`${folder}/${name}`));
}

/** Debian keeps the programs of each version in a folder of their own. */
function hasPostgres() {
  const versions = '/usr/lib/postgresql';
  if (hasProgram('initdb')) return true;
  return existsSync(versions) && readdirSync(versions).some((name) => existsSync(`${versions}/${name}/bin/initdb`));
}

function hasLatex() {
  return hasProgram('pdflatex') && works('kpsewhich', ['booktabs.sty']);
}
