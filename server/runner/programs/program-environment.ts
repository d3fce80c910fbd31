/** What programs, compilers and clusters need to find each other. */
const NAMES = new Set([
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'LANG',
  'TZ',
  'LD_LIBRARY_PATH',
  'VIRTUAL_ENV',
  'PYTHONPATH',
  'XDG_CACHE_HOME',
  'SystemRoot',
]);
const BEGINNINGS = ['LC_', 'DYLD_', 'CONDA_', 'CUDA_', 'NVIDIA_', 'NCCL_', 'SLURM_'];

/**
 * What no program gets, whatever its definition asks for: secrets of Cosweep's own, and what would make it think that
 * it is one of several processes where Cosweep is (a task of Slurm).
 */
const NEVER = /^(COSWEEP_|SLURM_PROCID$|SLURM_LOCALID$|SLURM_STEP_)/;

interface Given {
  /** Further names that its definition asks for. */
  names: readonly string[];
  /** The folder of the stage; null for a resident program, which is given folders on stdin. */
  stage: string | null;
  /** That holds the folders of all stages: by it a program is known that nobody waits for any more. */
  stages: string;
  /** The folder of the definition. */
  folder: string;
  /** Devices that it may use; null leaves them as they are. */
  devices: readonly string[] | null;
  /** Threads that it may use, where the user has not said. */
  threads: number;
}

/** The environment of a user's program: little of this process's own, and what it is to use. */
export function programEnvironment(
  { names, stage, stages, folder, devices, threads }: Given,
  own: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const isPassed = (name: string): boolean =>
    !NEVER.test(name) &&
    (NAMES.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning)) || names.includes(name));
  return {
    OMP_NUM_THREADS: own['OMP_NUM_THREADS'] ?? String(threads),
    PYTHONUNBUFFERED: '1',
    // Nothing is left in the copy of its files that is not the program's.
    PYTHONDONTWRITEBYTECODE: '1',
    CUBLAS_WORKSPACE_CONFIG: ':4096:8',
    ...Object.fromEntries(Object.entries(own).filter(([name]) => isPassed(name))),
    ...(devices === null ? {} : { CUDA_VISIBLE_DEVICES: devices.join(',') }),
    COSWEEP_DIR: stage ?? '-',
    COSWEEP_STAGES: stages,
    COSWEEP_FOLDER: folder,
  };
}
