package chasqui.verification;

import chasqui.pipeline.Result;

/**
 * What reading a copy has shown.
 *
 * @param reading null: it is not there
 * @param archive {@code site/name}
 * @param node that read it
 */
record Verified(VerificationRepository.ToVerify copy, ArchivedCopies.Reading reading, String archive, String node)
        implements Result {}
