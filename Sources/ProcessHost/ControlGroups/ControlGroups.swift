import Logging

/// The control groups that this process may give to those which it starts.
package final class ControlGroups: Sendable {
    package let support: ControlGroupSupport

    init(support: ControlGroupSupport) {
        self.support = support
    }
}
