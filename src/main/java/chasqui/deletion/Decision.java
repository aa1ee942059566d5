package chasqui.deletion;

import java.util.List;

/**
 * What was decided about one copy: a proof, or every reason against.
 *
 * @param rule the rule that was asked, null where there is none
 * @param proof null unless the copy may go
 * @param reasons empty if, and only if, there is a proof
 */
public record Decision(long copyId, DeletionRule rule, DeletionProof proof, List<String> reasons) {
    public Decision {
        reasons = List.copyOf(reasons);
        if ((proof == null) == reasons.isEmpty()) {
            throw new IllegalArgumentException("copy " + copyId + ": either a proof or reasons against");
        }
    }

    public boolean mayGo() {
        return proof != null;
    }

    String why() {
        return String.join("; ", reasons);
    }
}
