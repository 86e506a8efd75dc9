namespace NodeForge.Abstractions.Tests;

public sealed class StepReportingTests
{
    private readonly List<ForgeEvent> heard = [];

    [Fact]
    public void A_finished_step_is_reported_once_with_what_came_of_it()
    {
        using (ForgeStep step = Reporter().Step("fetch kubelet", total: 10))
        {
            step.Advance(10);
            step.Finish("10 B");
        }

        Assert.Equal(new StepStarted(((StepStarted)heard[0]).Id, "fetch kubelet", 10), heard[0]);
        StepFinished finished = Assert.Single(heard.OfType<StepFinished>());
        Assert.Equal("10 B", finished.Detail);
        Assert.Empty(heard.OfType<StepFailed>());
    }

    [Fact]
    public void A_step_that_is_left_by_an_exception_counts_as_failed()
    {
        Assert.Throws<InvalidOperationException>(Fail);
        Assert.IsType<StepFailed>(heard[^1]);

        void Fail()
        {
            using ForgeStep step = Reporter().Step("fetch kubelet");
            throw new InvalidOperationException();
        }
    }

    private Listener Reporter() => new(heard);

    private sealed class Listener(List<ForgeEvent> heard) : IForgeReporter
    {
        public void Report(ForgeEvent happened) => heard.Add(happened);
    }
}
