/**
 * The consortium's chaincode. contracts/ decode, authorise, apply a rule and write; rules/ are pure decisions; ledger/ is
 * typed access to the state; main.ts serves them to a peer. Start reading at contracts/contract.ts. Imports protocol only.
 */
import { AccessContract } from './contracts/access';
import { ArtworksContract } from './contracts/artworks';
import { CreditsContract } from './contracts/credits';
import { DatasetsContract } from './contracts/datasets';
import { InferenceContract } from './contracts/inference';
import { LedgerQueries } from './contracts/ledger';
import { MembersContract } from './contracts/members';
import { ModelsContract } from './contracts/models';
import { TrainingContract } from './contracts/training';

/** What the {@link Dispatcher} hands transactions to. */
export const contracts = [
  MembersContract,
  ArtworksContract,
  AccessContract,
  DatasetsContract,
  TrainingContract,
  ModelsContract,
  InferenceContract,
  CreditsContract,
  LedgerQueries,
];
