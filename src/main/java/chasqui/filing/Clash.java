package chasqui.filing;

import chasqui.filing.FilingRepository.Owner;

/** A file whose path is registered already, as something else. */
final class Clash {
    private Clash() {}

    /** What is wrong without reading the file; null when nothing is. */
    static FilingReport.Refused before(Found file, Known known, Owner owner) {
        if (known.problem() != null) {
            return null;
        }
        if (known.unitId() != owner.unitId() || known.moduleId() != owner.moduleId()) {
            return new FilingReport.Refused(
                    file.readable(),
                    "is registered for " + known.observation() + " already",
                    "a file belongs to one observation: file it there, or give the new one another name");
        }
        if (known.isLeaving()) {
            return new FilingReport.Refused(
                    file.readable(),
                    "an archived file of this name is being deleted just now",
                    "give the new one another name, or file it again later");
        }
        if (known.kind() != file.facts().kind()) {
            return changed(file, "a " + known.kind(), "a " + file.facts().kind());
        }
        if (known.sizeBytes() != file.facts().sizeBytes()) {
            return changed(file, known.sizeBytes() + " bytes", file.facts().sizeBytes() + " bytes");
        }
        return null;
    }

    /** The file has the registered size and other bytes. */
    static FilingReport.Refused content(Measured file, Known known) {
        return changed(
                file.found(), known.xxh64(), file.fingerprint().xxHash64().toString());
    }

    private static FilingReport.Refused changed(Found file, String before, String now) {
        return new FilingReport.Refused(
                file.readable(),
                "was registered with " + before + ", is there now with " + now,
                "what was registered cannot be replaced: restore it, or file the new one under another name");
    }
}
