using NodeForge.TestSupport.Results;

// What build/test asks about the records of its tests:
//   failed RECORD              the methods that failed, one a line
//   summary FIRST AGAIN LOG    what came of both folders of records; who was unsteady is added to the log
switch (args)
{
    case ["failed", string record]:
        foreach (string method in TrxRecord.Read(record).Where(test => test.Failed).Select(test => test.Method).Distinct())
            Console.WriteLine(method);
        return 0;

    case ["summary", string first, string again, string log]:
        RunSummary summary = new(TrxRecord.ReadAll(first), TrxRecord.ReadAll(again));
        File.AppendAllLines(log, summary.Unsteady.Select(name => $"{TimeProvider.System.GetLocalNow():yyyy-MM-dd} {name}"));
        Console.Write(summary.Text(File.ReadAllLines(log)));
        return 0;

    default:
        Console.Error.WriteLine("failed RECORD | summary FIRST AGAIN LOG");
        return 2;
}
