package chasqui.transfer;

/**
 * What a look at a waiting transfer showed.
 *
 * @param way how it would go; null: it cannot now
 * @param turn it waits for nothing but its link
 * @param waitsFor what it waits for beside its link, shown to people; null: nothing that has a name
 */
record Look(long id, Decision way, boolean turn, String waitsFor) {
    boolean goes() {
        return way != null;
    }
}
