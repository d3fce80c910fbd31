/** What a server is that somebody else has started. */
export interface InspectedBroker {
  name: 'Redis' | 'Valkey' | 'PostgreSQL';
  version: string;
  /** What is not as it should be, each in a sentence. */
  warnings: string[];
}
