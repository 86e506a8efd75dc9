using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace NodeForge.TestSupport.Results;

/// <summary>A record of a test run in TRX.</summary>
/// <remarks>Format: Visual Studio's vstst.xsd, as xunit.v3 writes it with <c>--report-xunit-trx</c>.</remarks>
public static class TrxRecord
{
    private static readonly XNamespace Namespace = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <returns>None for a record that breaks off, which is told: xunit writes no further than to a name that XML cannot hold.</returns>
    public static IReadOnlyList<RecordedTest> Read(string file)
    {
        XElement run;
        try
        {
            run = XElement.Load(file);
        }
        catch (XmlException broken)
        {
            Console.Error.WriteLine($"{file} breaks off and is not counted: {broken.Message}");
            return [];
        }

        Dictionary<string, string> methods = run.Descendants(Namespace + "UnitTest").ToDictionary(test => Value(test, "id"), Method);
        return
        [
            .. run.Descendants(Namespace + "UnitTestResult")
                .Select(result => new RecordedTest(
                    Value(result, "testName"),
                    methods[Value(result, "testId")],
                    Value(result, "outcome"),
                    TimeSpan.Parse(Value(result, "duration"), CultureInfo.InvariantCulture)
                )),
        ];
    }

    /// <summary>All records of a folder; none where there is no folder.</summary>
    public static IReadOnlyList<RecordedTest> ReadAll(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.trx").Order(StringComparer.Ordinal).SelectMany(Read)] : [];

    private static string Method(XElement test)
    {
        XElement method = test.Element(Namespace + "TestMethod")!;
        return Value(method, "className") + "." + Value(method, "name");
    }

    private static string Value(XElement element, string name) =>
        element.Attribute(name)?.Value ?? throw new FormatException($"{element.Name.LocalName} without {name}");
}
