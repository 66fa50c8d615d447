package io.stemma.server.iscsi.task;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;

import org.slf4j.LoggerFactory;

/** Hears of faults that the server met and survived: what this thread logs as an error. */
final class FaultsOfOurs implements AutoCloseable {
    private static final ThreadLocal<StringBuilder> HEARD =
            ThreadLocal.withInitial(StringBuilder::new);

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.stemma.server");
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
                        IThrowableProxy why = event.getThrowableProxy();
                        HEARD.get()
                                .append(event.getFormattedMessage())
                                .append(why == null ? "" : ": " + why.getMessage());
                    }
                }
            };

    FaultsOfOurs() {
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
    }

    /** Throws where this thread has met one. */
    void check() {
        StringBuilder heard = HEARD.get();
        if (!heard.isEmpty()) {
            String all = heard.toString();
            heard.setLength(0);
            throw new IllegalStateException(all);
        }
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        appender.stop();
    }
}
