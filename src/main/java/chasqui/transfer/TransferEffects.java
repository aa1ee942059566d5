package chasqui.transfer;

import chasqui.catalogue.Subjects;
import chasqui.link.LinkHealth;
import chasqui.link.LinkSettings;
import chasqui.notification.Notifications;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Finished;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.ResultKind;
import chasqui.pipeline.StageEffects;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transfer's status follows its sending. Its use of the source stays: a human may retry what failed. */
public final class TransferEffects implements StageEffects {
    private static final Logger log = LoggerFactory.getLogger(TransferEffects.class);

    private final LinkHealth health;

    public TransferEffects() {
        this(LinkSettings.DEFAULT);
    }

    public TransferEffects(LinkSettings settings) {
        this.health = new LinkHealth(settings);
    }

    @Override
    public OperationType type() {
        return TransferWorker.TYPE;
    }

    @Override
    public List<ResultKind<?>> results() {
        return List.of(new ResultKind<>(Sent.class, TransferEffects::sent));
    }

    private static void sent(Handle tx, Finished work, Sent sent) {
        TransferRepository.sent(tx, work.subjectId(), sent);
        Subjects.DATA_TRANSFER.change(tx, work.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        if (LinkHealth.succeeded(tx, sent.link())) {
            log.info("{}: its link answers again", work);
            OperationStore.hasten(tx, TransferWorker.TYPE, TransferRepository.parkedFor(tx, sent.link()));
        }
    }

    @Override
    public void onClaim(Handle tx, Operation operation) {
        if (!Subjects.DATA_TRANSFER.begin(tx, operation.subjectId())) {
            throw new ChasquiException(
                    FailureKind.ITEM, false, operation + ": the transfer is finished, cancelled or in other hands");
        }
    }

    /** SCHEDULED, not PENDING: this operation will send it, and the manager need not look at it again. */
    @Override
    public void onPutBack(Handle tx, Operation operation) {
        Subjects.DATA_TRANSFER.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        Subjects.DATA_TRANSFER.change(tx, operation.subjectId(), WorkStatus.PENDING, WorkStatus.SCHEDULED);
    }

    /**
     * Only what the link is to blame for closes it: a location at either end that fails keeps what needs it waiting, and
     * holds up no other of the same two sites.
     */
    @Override
    public void onPutBack(Handle tx, Operation operation, Failure failure) {
        onPutBack(tx, operation);
        if (failure.kind() != FailureKind.LINK) {
            return;
        }
        TransferRepository.link(tx, operation.subjectId())
                .filter(link -> health.failed(tx, link, failure.message()))
                .ifPresent(link -> {
                    log.warn("{}: its link is unhealthy from now on and only probed: {}", operation, failure.message());
                    Notifications.raise(
                            tx,
                            Notifications.Level.WARNING,
                            "link:" + link.originSiteId() + "-" + link.destinationSiteId(),
                            "nothing gets through to where " + operation + " was to send; it is tried again by itself: "
                                    + failure.message(),
                            "chasqui link list shows the state of every link; remove the cause, transfers then go on by"
                                    + " themselves");
                });
    }

    @Override
    public boolean tellsOf(Failure failure) {
        return failure.kind() == FailureKind.LINK;
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        Subjects.DATA_TRANSFER.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.FAILED);
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "failed:" + operation.queue(),
                failure.message(),
                "remove the cause, then retry operation " + operation.id());
    }
}
