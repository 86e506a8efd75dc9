using System.Collections.Concurrent;
using Spectre.Console;

namespace NodeForge.Cli.Rendering;

/// <summary>Draws running steps with bars; a finished one leaves its line above them.</summary>
internal sealed class LiveReporter(Terminal terminal, ProgressContext progress, bool verbose) : LineReporter(terminal, verbose)
{
    private readonly ConcurrentDictionary<int, ProgressTask> running = new();

    /// <summary>Runs work while its steps are drawn.</summary>
    public static async Task<T> WhileAsync<T>(Terminal terminal, bool verbose, Func<IForgeReporter, Task<T>> work)
    {
        Progress progress = terminal
            .Error.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 24 },
                new BytesColumn(),
                new ElapsedTimeColumn()
            );
        return await progress.StartAsync(context => work(new LiveReporter(terminal, context, verbose)));
    }

    public override void Report(ForgeEvent happened)
    {
        switch (happened)
        {
            case StepStarted step:
                running[step.Id] = Begin(step);
                break;
            case StepAdvanced step when running.TryGetValue(step.Id, out ProgressTask? task):
                task.Value = step.Done;
                break;
            case StepFinished step:
                End(step.Id);
                break;
            case StepFailed step:
                End(step.Id);
                break;
        }

        base.Report(happened);
    }

    private ProgressTask Begin(StepStarted step)
    {
        ProgressTask task = progress.AddTask(Markup.Escape(Printable.Escape(step.Title)), maxValue: step.Total ?? 1);
        task.IsIndeterminate = step.Total is null;
        return task;
    }

    private void End(int id)
    {
        if (!running.TryRemove(id, out ProgressTask? task))
            return;
        task.Value = task.MaxValue;
        task.StopTask();
    }
}
